/** Ready-made calls that push a sample to a webhook. */
export const LANGUAGES = ["curl", "Python", "JavaScript"] as const;
export type Language = (typeof LANGUAGES)[number];

export function snippetOf(language: Language, url: string, sample: unknown): string {
  const body = JSON.stringify(sample);
  if (language === "curl") {
    return `curl -s '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
  }
  if (language === "Python") {
    return `import httpx\n\nanswer = httpx.post(\n    "${url}",\n    json=${pythonOf(sample)},\n)\nprint(answer.json()["requestId"])`;
  }
  return `const answer = await fetch("${url}", {\n  method: "POST",\n  headers: { "content-type": "application/json" },\n  body: JSON.stringify(${body}),\n});\nconsole.log((await answer.json()).requestId);`;
}

function pythonOf(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, one]) => `${JSON.stringify(name)}: ${pythonOf(one)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}
