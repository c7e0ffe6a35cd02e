/** The variable with which `chittyops` tells the program that it runs next that the catalog was looked at just now and has no problem: `1`. */
export const catalogCheckedVariable = "CHITTYOPS_CATALOG_CHECKED";
