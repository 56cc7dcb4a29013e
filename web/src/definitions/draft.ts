import type { Definition, DefinitionBody } from "./useDefinitions";

/** A definition in the making; attributes are texts, those left out have their defaults. */
export interface DraftField {
  key: number;
  name: string;
  type: string;
  attributes: Record<string, string>;
}

export interface Draft {
  eventName: string;
  label: string;
  description: string;
  actions: string[];
  fields: DraftField[];
}

/** A type as `meta_fields` tells it. */
export interface FieldType {
  type: string;
  label: string;
  attributes: { name: string; label?: string; valueType?: string; defaultValue?: string; possibleValues?: string[] }[];
}

const UNIQUE = { name: "isUniqueKeyField", label: "is part of the unique key", valueType: "BOOLEAN", defaultValue: "false" };
const SENSITIVE = { name: "isPsiData", label: "is sensitive", valueType: "BOOLEAN", defaultValue: "false" };
const MAY_BE_SENSITIVE: ReadonlySet<string> = new Set(["string", "double", "enum"]);

/** What can be set of a field of a type: what `meta_fields` tells, and the two that it leaves out. */
export function attributesFor(type: string, types: FieldType[]): FieldType["attributes"] {
  const told = types.find((one) => one.type === type)?.attributes ?? [];
  const further = [...(type === "customer" ? [] : [UNIQUE]), ...(MAY_BE_SENSITIVE.has(type) ? [SENSITIVE] : [])];
  return [...told, ...further.filter((one) => !told.some((known) => known.name === one.name))];
}

let lastKey = 0;

export function newField(type: string, name = ""): DraftField {
  lastKey += 1;
  return { key: lastKey, name, type, attributes: {} };
}

export function emptyDraft(): Draft {
  return { eventName: "", label: "", description: "", actions: ["EIConsumer", "EMFConsumer"], fields: [newField("customer", "mobile")] };
}

export function draftOf(definition: Definition, types: FieldType[]): Draft {
  return {
    eventName: definition.eventName,
    label: definition.label ?? "",
    description: definition.description ?? "",
    actions: [...definition.actions],
    fields: definition.fields.map((field) => ({
      ...newField(types.find((one) => one.type.toLowerCase() === field.type.toLowerCase())?.type ?? field.type, field.name),
      attributes: Object.fromEntries(
        Object.entries(field.attributes).flatMap(([name, { value, values }]) => {
          const text = values?.join(",") ?? value;
          return text === undefined ? [] : [[name, text]];
        }),
      ),
    })),
  };
}

export function bodyOf(draft: Draft): DefinitionBody {
  const fields = draft.fields.map((field) => ({
    name: field.name,
    type: field.type,
    attributes: Object.fromEntries(
      Object.entries(field.attributes)
        .filter(([, text]) => text !== "")
        .map(([name, text]) => [name, name === "possibleValues" ? { values: listed(text) } : { value: text }]),
    ),
  }));
  return {
    eventName: draft.eventName,
    actions: draft.actions,
    fields,
    ...(draft.label === "" ? {} : { label: draft.label }),
    ...(draft.description === "" ? {} : { description: draft.description }),
  } as DefinitionBody;
}

export function listed(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

const NAME = /^[A-Za-z0-9_-]{1,50}$/;

/** What would be refused, by what it is about: "name", "actions", "fields", or "field <key>". */
export function problemsOf(draft: Draft, fieldsMax = 20): Map<string, string> {
  const problems = new Map<string, string>();
  if (!NAME.test(draft.eventName)) problems.set("name", "1 to 50 letters, digits, _ or -");
  if (draft.actions.length === 0) problems.set("actions", "At least one consumer");
  if (!draft.fields.some((field) => field.type.toLowerCase() === "customer")) problems.set("fields", "One field must be a customer");
  else if (draft.fields.length > fieldsMax) problems.set("fields", `At most ${fieldsMax} fields`);
  const seen = new Set<string>();
  for (const field of draft.fields) {
    const about = `field ${field.key}`;
    if (field.name === "") problems.set(about, "A field needs a name");
    else if (field.name.length > 50) problems.set(about, "At most 50 characters");
    else if (seen.has(field.name)) problems.set(about, "This name is used twice");
    else if (field.type.toLowerCase() === "enum" && listed(field.attributes["possibleValues"] ?? "").length === 0) problems.set(about, "An enum needs possible values");
    seen.add(field.name);
  }
  return problems;
}
