import type { components } from "../api/schema";

export type Explanation = components["schemas"]["ExplanationView"];
export type Stage = Explanation["stages"][number];
export type FailingField = Explanation["errors"][number];
export type Consumer = Explanation["consumers"][number];
export type JudgedBy = NonNullable<Explanation["definition"]>;

/** The customer that an event resolved to, as the customer filter takes it; null where there was none. */
export function customerIn(told: Explanation): string | null {
  const record = told.record as { userId?: unknown } | null;
  const user = record?.userId;
  if (typeof user === "number" || typeof user === "string") return String(user);
  for (const stage of told.stages) {
    const detail = stage.detail as { userId?: unknown };
    if (stage.stage === "resolve_customer" && typeof detail.userId === "number") return String(detail.userId);
  }
  return null;
}
