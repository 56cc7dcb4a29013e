import { Button, Code, CopyButton, Group } from "@mantine/core";

/** A text to take away, with a button that says when it has been taken. */
export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="light" onClick={copy} style={{ flexShrink: 0 }}>
          {copied ? "Copied" : label}
        </Button>
      )}
    </CopyButton>
  );
}

export function CopyableUrl({ url }: { url: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Code className="clip" style={{ flex: "0 1 auto" }} title={url}>
        {url}
      </Code>
      <Copy text={url} />
    </Group>
  );
}
