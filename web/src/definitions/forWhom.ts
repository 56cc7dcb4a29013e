import type { components } from "../api/schema";

export type ActedFor = components["schemas"]["ActedForView"];

/** For which till a change was made, with what its author named instead of one; "" where nobody else is told of. */
export function forWhom(acted: ActedFor | undefined): string {
  if (acted === undefined) return "";
  const till = acted.tillCode === undefined ? "" : ` for ${acted.tillCode}`;
  return till + named(acted, acted.entityType, acted.entityCode) + named(acted, acted.lookupType, acted.lookup);
}

function named(acted: ActedFor, type: string | undefined, code: string | undefined): string {
  return code === undefined || code === acted.tillCode ? "" : ` (${type ?? "TILL"} ${code})`;
}
