import { Code } from "@mantine/core";
import { Fragment } from "react";

/** A sentence of the server in which names and values stand between backticks. */
export function Prose({ text }: { text: string }) {
  return text.split("`").map((part, at) => (at % 2 === 0 ? <Fragment key={at}>{part}</Fragment> : <Code key={at} fz="0.92em" lh={1.2} style={{ fontWeight: "inherit", paddingBlock: 1 }}>{part}</Code>));
}
