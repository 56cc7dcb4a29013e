import type { components } from "../api/schema";
import { sampleOf } from "../definitions/sample";
import type { Definition } from "../definitions/useDefinitions";

export type MappingItem = components["schemas"]["MappingItem"];
export type MappingBody = components["schemas"]["MappingBody"];

/** What an org posted for one of its events. `sources` are the event's names at its source. */
export interface EventMapping {
  eventName: string;
  isDefault: boolean;
  sources: string[];
  /** From the event's own field to the source's name for it. */
  fields: Map<string, string>;
}

/** The mapping of one event, out of an answer that has the source names of the whole org. */
export function mappingOf({ eventName, transformerMappings }: MappingItem): EventMapping {
  const { defaultTransformerMapping, webEngageTransformerMapping: sourced } = transformerMappings;
  return {
    eventName,
    isDefault: defaultTransformerMapping !== null,
    sources: Object.entries(sourced?.eventNameMapping.valueMap ?? {}).flatMap(([source, name]) => (name === eventName ? [source] : [])),
    fields: new Map((sourced?.eventFieldMappings ?? []).map((one) => [one.eventFieldName, one.fieldName ?? one.eventFieldName])),
  };
}

/** Which event each source name means, over the whole org. */
export function meaningsOf(items: MappingItem[]): Map<string, string> {
  return new Map(items.flatMap((item) => Object.entries(item.transformerMappings.webEngageTransformerMapping?.eventNameMapping.valueMap ?? {})));
}

/** A mapping in the making: source names to add, and each field's source name; blank ones are left as they are. */
export interface Draft {
  isDefault: boolean;
  added: string[];
  rows: DraftRow[];
}

export interface DraftRow {
  key: number;
  field: string;
  source: string;
  /** Of a field that the definition has; others are named by hand. */
  isDeclared: boolean;
}

let lastKey = 0;

export function newRow(field = "", source = "", isDeclared = false): DraftRow {
  lastKey += 1;
  return { key: lastKey, field, source, isDeclared };
}

export function draftOf(known: EventMapping, definition: Definition): Draft {
  const declared = definition.fields.map((field) => field.name);
  const others = [...known.fields].filter(([field]) => !declared.includes(field));
  return {
    isDefault: known.isDefault,
    added: [],
    rows: [...declared.map((field) => newRow(field, known.fields.get(field) ?? "", true)), ...others.map(([field, source]) => newRow(field, source))],
  };
}

const NAME_CHARS_MAX = 200;
const SOURCE_NAMES_MAX = 500;

/** Why a source name cannot be added; undefined when it can. */
export function refusalOf(source: string, added: string[], known: EventMapping): string | undefined {
  if (source === "") return "A name has at least one character";
  if (source.length > NAME_CHARS_MAX) return `At most ${NAME_CHARS_MAX} characters`;
  if (added.includes(source) || known.sources.includes(source)) return "This name is mapped already";
  return added.length >= SOURCE_NAMES_MAX ? `At most ${SOURCE_NAMES_MAX} names at once` : undefined;
}

/** What would be refused, by the row's key. */
export function problemsOf(draft: Draft, known: EventMapping): Map<number, string> {
  const problems = new Map<number, string>();
  const seen = new Set<string>();
  for (const { key, field, source, isDeclared } of draft.rows) {
    if (!isDeclared && field === "") problems.set(key, "A field needs a name");
    else if (seen.has(field)) problems.set(key, "This field is mapped twice");
    else if (field.length > NAME_CHARS_MAX || source.length > NAME_CHARS_MAX) problems.set(key, `At most ${NAME_CHARS_MAX} characters`);
    else if (source === "" && known.fields.has(field)) problems.set(key, `A mapping stays; write ${field} to take the field’s own name`);
    else if (source === "" && !isDeclared) problems.set(key, "A name of the source is missing");
    seen.add(field);
  }
  return problems;
}

/** What is worth a word, though it is taken. */
export function warningsOf(draft: Draft, known: EventMapping, meanings: Map<string, string>): string[] {
  const moved = draft.added.flatMap((source) => {
    const before = meanings.get(source);
    return before === undefined || before === known.eventName ? [] : [`“${source}” means ${before} until now; its events will be ${known.eventName}.`];
  });
  const undeclared = draft.rows
    .filter((row) => !row.isDeclared && row.field !== "")
    .map((row) => `The definition has no field ${row.field}; its value is stored all the same.`);
  const fieldsOf = new Map<string, string[]>();
  for (const { field, source } of draft.rows) if (source !== "") fieldsOf.set(source, [...(fieldsOf.get(source) ?? []), field]);
  const shared = [...fieldsOf].filter(([, fields]) => fields.length > 1).map(([source, fields]) => `“${source}” fills ${fields.join(" and ")}.`);
  return [...moved, ...undeclared, ...shared];
}

/** The bodies to post, only of what is new: posting merges with what is there. */
export function bodiesOf(draft: Draft, known: EventMapping): MappingBody[] {
  const fields = draft.rows.filter((row) => row.source !== "" && known.fields.get(row.field) !== row.source);
  const bodies: MappingBody[] = [];
  if (draft.isDefault && !known.isDefault) bodies.push({ transformerType: "defaultTransformer", eventsMapped: [known.eventName] });
  if (draft.added.length > 0 || fields.length > 0) {
    bodies.push({
      transformerType: "webEngageTransformer",
      webEngageTransformerData: {
        eventMapper: { valueMap: Object.fromEntries(draft.added.map((source) => [source, known.eventName])) },
        eventFieldMapper: { [known.eventName]: fields.map((row) => ({ eventFieldName: row.field, fieldName: row.source })) },
      },
    });
  }
  return bodies;
}

/** The mapping as it will be once a draft is saved. */
export function savedOf(draft: Draft, known: EventMapping): EventMapping {
  return {
    eventName: known.eventName,
    isDefault: draft.isDefault,
    sources: [...known.sources, ...draft.added],
    fields: new Map(draft.rows.filter((row) => row.source !== "").map((row) => [row.field, row.source])),
  };
}

/** A payload as the source would send it: its name for the event, its names for the fields. */
export function sourceSampleOf(mapping: EventMapping, definition: Definition): Record<string, unknown> {
  const { event_name: own, ...values } = sampleOf(definition);
  const named = Object.entries(values).map(([field, value]) => [mapping.fields.get(field) ?? field, value] as const);
  return { event_name: mapping.sources[0] ?? own, ...Object.fromEntries(named) };
}
