const account = ["com.cloudflare.api.account"];
const bucket = ["com.cloudflare.edge.r2.bucket"];
const zone = ["com.cloudflare.api.account.zone"];

/** The permission groups that tokens of this project use, with their ids at Cloudflare. The embedded cloud shows them and does not enforce them. */
export const permissionGroups = [
  { id: "c1fde68c7bcc44588cbb6ddbc16d6480", name: "Account Settings Read", scopes: account },
  { id: "e086da7e2179491d91ee5f35b3ca210a", name: "Workers Scripts Write", scopes: account },
  { id: "f7f0eda5697f475c90846e879bab8666", name: "Workers KV Storage Write", scopes: account },
  { id: "bf7481a1826f439697cb59a20b22293e", name: "Workers R2 Storage Write", scopes: account },
  { id: "2efd5506f9c8494dacb1fa10a3e7d5b6", name: "Workers R2 Storage Bucket Item Write", scopes: bucket },
  { id: "09b2857d1c31407795e75e3fed8617a1", name: "D1 Write", scopes: account },
  { id: "28f4b596e7d643029c524985477ae49a", name: "Workers Routes Write", scopes: zone },
  { id: "c8fed203ed3043cba015a93ad1616f1f", name: "Zone Read", scopes: zone },
  { id: "4755a26eedb94da69e1066d98aa820be", name: "DNS Write", scopes: zone },
];
