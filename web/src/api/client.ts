import createClient from "openapi-fetch";

import { failureOf } from "./errors";
import type { components, paths } from "./schema";

export type Entry = components["schemas"]["EntryView"];

// Says that a page asks: a browser must not put up its own question for a password.
const MARK = { "x-hooklog-console": "1" };

/** Every documented call, typed by the API's own description. Credentials are the session's cookie. */
export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  headers: MARK,
  // Repeated parameters are alternatives: ?status=A&status=B.
  querySerializer: { array: { style: "form", explode: true } },
});

interface Told<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a success; anything else is thrown as an ApiFailure. */
export async function told<T>(call: Promise<Told<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw failureOf(response.status, error);
  return data;
}

/** A GET with parameters as they stand in the page's own URL. */
export async function read(path: string, parameters: URLSearchParams, signal?: AbortSignal): Promise<Response> {
  const question = parameters.toString();
  const answer = await fetch(question === "" ? path : `${path}?${question}`, {
    credentials: "same-origin",
    headers: { accept: "application/json", ...MARK },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) throw failureOf(answer.status, await answer.json().catch(() => undefined));
  return answer;
}

/** A POST with parameters as they stand in the page's own URL. */
export async function sent(path: string, parameters: URLSearchParams, body: unknown): Promise<Response> {
  const question = parameters.toString();
  const answer = await fetch(question === "" ? path : `${path}?${question}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { accept: "application/json", "content-type": "application/json", ...MARK },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw failureOf(answer.status, await answer.json().catch(() => undefined));
  return answer;
}

/** The parameters of the next page, from the Link header; null at the end. */
export function nextPage(answer: Response): URLSearchParams | null {
  const link = answer.headers.get("link");
  const url = link === null ? undefined : /<([^>]+)>;\s*rel="next"/.exec(link)?.[1];
  return url === undefined ? null : new URL(url, window.location.href).searchParams;
}
