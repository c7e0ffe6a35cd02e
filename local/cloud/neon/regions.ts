/** Regions that are active, in the order in which the API lists them: https://neon.com/docs/introduction/regions */
export const regions = [
  { region_id: "aws-us-east-1", name: "AWS US East 1 (N. Virginia)", geo_lat: "39.0438", geo_long: "-77.4874" },
  { region_id: "aws-us-east-2", name: "AWS US East 2 (Ohio)", geo_lat: "40.3587", geo_long: "-82.2833" },
  { region_id: "aws-us-west-2", name: "AWS US West 2 (Oregon)", geo_lat: "45.8696", geo_long: "-119.6880" },
  { region_id: "aws-eu-central-1", name: "AWS Europe Central 1 (Frankfurt)", geo_lat: "50.1109", geo_long: "8.6821" },
  { region_id: "aws-eu-west-2", name: "AWS Europe West 2 (London)", geo_lat: "51.5072", geo_long: "-0.1276" },
  { region_id: "aws-ap-southeast-1", name: "AWS Asia Pacific 1 (Singapore)", geo_lat: "1.3521", geo_long: "103.8198" },
  { region_id: "aws-ap-southeast-2", name: "AWS Asia Pacific 2 (Sydney)", geo_lat: "-33.8688", geo_long: "151.2093" },
  { region_id: "aws-sa-east-1", name: "AWS South America 1 (Sao Paulo)", geo_lat: "-23.5558", geo_long: "-46.6396" },
];

export const defaultRegion = "aws-us-east-2";
