/** The filter language as the page's URL holds it; the same parameters go to the API unchanged (contract I.3). */

export interface Chip {
  name: string;
  value: string;
  isExcluded: boolean;
}

interface Field {
  name: string;
  label: string;
  hint: string;
}

export const FIELDS: Field[] = [
  { name: "status", label: "Status", hint: "EMF_PROCESSOR_FAILED" },
  { name: "event_name", label: "Event name", hint: "store_visit" },
  { name: "customer", label: "Customer", hint: "mobile:919800000001, or a user id" },
  { name: "attr", label: "Attribute", hint: "store=Palace Street" },
  { name: "q", label: "Words", hint: "words in the input or the message" },
  { name: "webhook_id", label: "Webhook", hint: "32 hex digits" },
  { name: "id", label: "Request id", hint: "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05" },
  { name: "pattern", label: "Pattern of the message", hint: "Invalid event name {}" },
  { name: "min_response_time", label: "Slower than", hint: "milliseconds" },
  { name: "from_date", label: "From", hint: "2026-01-05 10:00:00" },
  { name: "to_date", label: "To", hint: "2026-01-05 11:00:00" },
];

const SINGLE: ReadonlySet<string> = new Set(["from_date", "to_date", "min_response_time", "scope", "order"]);
const REPEATED: ReadonlySet<string> = new Set(["status", "event_name", "customer", "q", "pattern", "webhook_id", "id"]);
const ATTRIBUTE = /^attr\./;

/** Of a URL's parameters those that filter. */
export function filtersOf(search: string): URLSearchParams {
  const found = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(search)) {
    if (isFilter(name)) found.append(name, value);
  }
  return found;
}

function isFilter(name: string): boolean {
  return SINGLE.has(name) || REPEATED.has(name) || ATTRIBUTE.test(name);
}

export function chipsOf(filters: URLSearchParams): Chip[] {
  return [...filters].map(([name, value]) => {
    const isExcluded = !SINGLE.has(name) && value.startsWith("!");
    return { name, value: isExcluded ? value.slice(1) : value, isExcluded };
  });
}

/** The filters with one more chip; what takes only one value is replaced. */
export function withChip(filters: URLSearchParams, chip: Chip): URLSearchParams {
  const changed = new URLSearchParams(filters);
  const value = chip.isExcluded ? `!${chip.value}` : chip.value;
  if (SINGLE.has(chip.name)) changed.set(chip.name, value);
  else if (!changed.getAll(chip.name).includes(value)) changed.append(chip.name, value);
  return changed;
}

export function withoutChip(filters: URLSearchParams, chip: Chip): URLSearchParams {
  const value = chip.isExcluded ? `!${chip.value}` : chip.value;
  const changed = new URLSearchParams();
  for (const [name, one] of filters) {
    if (name !== chip.name || one !== value) changed.append(name, one);
  }
  return changed;
}

/**
 * What somebody typed: `status:EMF_PROCESSOR_FAILED`, `-event_name:store_visit`, `attr.store:Palace`, a request id,
 * a mobile number or e-mail address, or else words.
 */
export function chipOf(text: string): Chip | null {
  const typed = text.trim();
  if (typed === "") return null;
  const isExcluded = /^[-!]./.test(typed);
  const rest = isExcluded ? typed.slice(1) : typed;
  const named = /^([a-z_]+|attr\.[^:=\s]+)[:=](.*)$/s.exec(rest);
  if (named?.[1] !== undefined && named[2] !== undefined && isFilter(named[1])) {
    return { name: named[1], value: named[2].trim(), isExcluded };
  }
  return { ...guessed(rest), isExcluded };
}

function guessed(text: string): { name: string; value: string } {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)) return { name: "id", value: text };
  if (/^\+?\d{7,15}$/.test(text)) return { name: "customer", value: `mobile:${text}` };
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return { name: "customer", value: `email:${text}` };
  if (/^[0-9a-f]{32}$/i.test(text)) return { name: "webhook_id", value: text };
  if (/^[A-Z]+(_[A-Z]+)+$/.test(text) || text === "UNAUTHORIZED") return { name: "status", value: text };
  return { name: "q", value: text };
}

/** A chip as people read it. */
export function labelOf(chip: Chip): string {
  const attribute = ATTRIBUTE.test(chip.name) ? chip.name.slice(5) : undefined;
  const label = attribute ?? FIELDS.find((field) => field.name === chip.name)?.label ?? chip.name;
  return `${label} ${chip.isExcluded ? "is not" : chip.name === "q" ? "have" : "is"}`;
}
