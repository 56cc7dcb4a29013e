/** What was sent, what it was mapped to, and what was stored, attribute by attribute. */
export interface Row {
  name: string;
  sent: string | undefined;
  mapped: string | undefined;
  stored: string | undefined;
  isDifferent: boolean;
}

const NOT_ATTRIBUTES: ReadonlySet<string> = new Set(["event_name", "orgResolver"]);

export function rowsOf(input: string, mapped: Record<string, unknown> | null, stored: Record<string, unknown> | null): Row[] | null {
  const sent = parsed(input);
  if (sent === null) return null;
  const names = new Set([...Object.keys(sent), ...Object.keys(mapped ?? {}), ...Object.keys(stored ?? {})]);
  return [...names]
    .filter((name) => !NOT_ATTRIBUTES.has(name))
    .map((name) => {
      const row = { name, sent: shown(sent[name]), mapped: shown(mapped?.[name]), stored: shown(stored?.[name]) };
      const forms = [row.sent, mapped === null ? row.sent : row.mapped, stored === null ? row.sent : row.stored];
      return { ...row, isDifferent: new Set(forms).size > 1 };
    });
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The attributes of a record; the wire spells the key so. */
export function attributesOf(record: unknown): Record<string, unknown> | null {
  if (typeof record !== "object" || record === null) return null;
  const found = (record as Record<string, unknown>)["additonalAttributes"];
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : null;
}
