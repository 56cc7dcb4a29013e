import { List, Text } from "@mantine/core";

import type { LeftOut } from "./job";

/** What is not replayed, and why. */
export function LeftOutList({ items }: { items: LeftOut[] }) {
  if (items.length === 0) return null;
  return (
    <div>
      <Text size="sm">Left out:</Text>
      <List size="sm">
        {items.map((one) => (
          <List.Item key={one.reason}>
            <b>{one.count.toLocaleString("en")}</b>: {one.message}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
