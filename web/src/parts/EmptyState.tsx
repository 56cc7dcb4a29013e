import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Nothing to show: why, and what one can do about it. */
export function EmptyState({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={64} px="md" ta="center">
      <Text fw={600} size="lg">
        {title}
      </Text>
      <Text c="dimmed" size="sm" maw={460}>
        {text}
      </Text>
      {children}
    </Stack>
  );
}
