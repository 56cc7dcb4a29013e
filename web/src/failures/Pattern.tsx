import { Badge } from "@mantine/core";
import { Fragment } from "react";

/** A failure's message, with a mark wherever each event has a value of its own. */
export function Pattern({ text }: { text: string }) {
  return text.split("{}").map((part, at) => (
    <Fragment key={at}>
      {at > 0 && (
        <Badge variant="default" size="sm" tt="none" fw={450}>
          value
        </Badge>
      )}
      {part}
    </Fragment>
  ));
}
