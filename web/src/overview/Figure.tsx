import { Anchor, Card, Text } from "@mantine/core";
import { Link } from "wouter";

interface Props {
  label: string;
  value: string;
  hint: string;
  href?: string;
  /** On a phone it has a line of its own. */
  isFirst?: boolean;
}

/** One number with what it means. */
export function Figure({ label, value, hint, href, isFirst = false }: Props) {
  return (
    <Card withBorder padding="md" className={isFirst ? "whole-line" : ""}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fw={650} fz={26} lh={1.3}>
        {href === undefined ? (
          value
        ) : (
          <Anchor component={Link} href={href} inherit>
            {value}
          </Anchor>
        )}
      </Text>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </Card>
  );
}
