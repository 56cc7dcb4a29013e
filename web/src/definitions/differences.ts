/** One place in which two JSON texts differ. */
export interface Difference {
  path: string;
  was: string;
  is: string;
}

const SHOWN_MAX = 40;

/** Where two JSON texts differ, leaf by leaf; nothing for the first version of something. */
export function differencesOf(before: string | null, after: string): Difference[] {
  if (before === null) return [];
  const was = leavesOf(parsed(before));
  const is = leavesOf(parsed(after));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .slice(0, SHOWN_MAX)
    .map((path) => ({ path, was: was.get(path) ?? "–", is: is.get(path) ?? "–" }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function leavesOf(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null) {
    found.set(path, typeof value === "string" ? value : JSON.stringify(value));
  } else {
    for (const [key, one] of entriesOf(value)) leavesOf(one, path === "" ? key : `${path}.${key}`, found);
  }
  return found;
}

/** A list of named things, such as fields, goes by their names: a new field in front changes no other. */
function entriesOf(value: object): [string, unknown][] {
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((one: unknown, at) => {
    const name = typeof one === "object" && one !== null ? (one as { name?: unknown }).name : undefined;
    return [typeof name === "string" ? name : String(at), one];
  });
}
