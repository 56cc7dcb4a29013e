import type { Entry } from "../api/client";

export const PENDING = "PENDING";
export const UNAUTHORIZED = "UNAUTHORIZED";
export const SUCCESS = "EVENT_SUCCESS";

/** Every status that an entry can have, as filters name it. */
export const STATUSES = [
  SUCCESS,
  "EMF_PROCESSOR_FAILED",
  "INVALID_GROUP_IDENTIFIER_PASSED",
  "NO_CUSTOMER_DETAILS_PASSED",
  "INVALID_META_TRANSFORMER_MAPPINGS",
  "INVALID_EVENT_NAME",
  "FIELD_VALIDATION_FAILED",
  "INVALID_TILL_CODE",
  "INVALID_CUSTOMER_IDENTIFIER",
  "CUSTOMER_CREATION_FAILED",
  "EI_PROCESSOR_FAILED",
  "INVALID_CHILD_ORG",
  UNAUTHORIZED,
  "INVALID_REQUEST_BODY",
  "REQUEST_TOO_LARGE",
  "WEBHOOK_DISABLED",
  "EVENT_PROCESSING_FAILED",
] as const;

const REFUSED: ReadonlySet<string> = new Set([UNAUTHORIZED, "INVALID_REQUEST_BODY", "REQUEST_TOO_LARGE", "WEBHOOK_DISABLED"]);
const OURS: ReadonlySet<string> = new Set(["EVENT_PROCESSING_FAILED", "EI_PROCESSOR_FAILED", "EMF_PROCESSOR_FAILED"]);

/** The status of an entry; the wire leaves it out where the push was not authorised. */
export function statusOf(entry: Pick<Entry, "status">): string {
  return entry.status ?? UNAUTHORIZED;
}

/** A colour of the theme: green went through, grey was turned away at the door, orange is the data, red needs somebody here. */
export function colorOf(status: string): string {
  if (status === SUCCESS) return "teal";
  if (status === PENDING) return "blue";
  if (REFUSED.has(status)) return "gray";
  return OURS.has(status) ? "red" : "orange";
}

/** `EMF_PROCESSOR_FAILED` as people read it. */
export function wordsOf(status: string): string {
  if (status === SUCCESS) return "Success";
  const words = status.toLowerCase().replaceAll("_", " ").replace(/\bemf\b/, "EMF").replace(/\bei\b/, "EI");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
