import { Badge } from "@mantine/core";

import { colorOf, wordsOf } from "./statuses";

export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge color={colorOf(status)} variant="light" tt="none" fw={550} title={status} radius="sm">
      {wordsOf(status)}
    </Badge>
  );
}
