export declare function isInstalled(root: string): boolean;
export declare function ensureDependencies(
  root: string,
  install?: (root: string, owns: (child: number) => void) => Promise<void>,
): Promise<void>;
