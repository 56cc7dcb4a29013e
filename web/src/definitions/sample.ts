import type { Definition, Field } from "./useDefinitions";

/** A payload that passes a definition's rules, for a test push. */
export function sampleOf(definition: Pick<Definition, "eventName" | "fields">): Record<string, unknown> {
  const sample: Record<string, unknown> = { event_name: definition.eventName };
  for (const field of definition.fields) {
    const value = valueOf(field);
    if (value !== undefined) sample[field.name] = value;
  }
  return sample;
}

function valueOf(field: Field): unknown {
  const attribute = (name: string) => field.attributes[name]?.value;
  switch (field.type.toUpperCase()) {
    case "CUSTOMER":
      return { email: "someone@example.org", userId: "1" }[attribute("identifierType") ?? "mobile"] ?? "919800000001";
    case "DOUBLE":
      return 20;
    case "ENUM":
      return field.attributes["possibleValues"]?.values?.[0] ?? attribute("possibleValues")?.split(",")[0];
    case "DATE":
    case "DATETIME":
      return "2026-01-05T10:00:00Z";
    case "TILLCODE":
    case "GROUPID":
      // There is nothing that would be right everywhere.
      return attribute("isRequired") === "false" ? undefined : "";
    case "BOOLEAN":
      return "true";
    default:
      return "sample";
  }
}
