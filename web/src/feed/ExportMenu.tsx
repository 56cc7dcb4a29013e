import { Button, Menu } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";

const FORMATS = [
  { format: "ndjson", label: "NDJSON" },
  { format: "csv", label: "CSV" },
  { format: "parquet", label: "Parquet" },
];

/** What is filtered, as a file or as the call that asks for it. */
export function ExportMenu({ question }: { question: string }) {
  const clipboard = useClipboard();
  const url = `${window.location.origin}/v2/events/logs${question === "" ? "" : `?${question}`}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs">
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(({ format, label }) => (
          <Menu.Item key={format} component="a" href={`/v2/events/logs/export?format=${format}${question === "" ? "" : `&${question}`}`} download={`events.${format}`}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            clipboard.copy(`curl -s -H "X-API-Key: $HOOKLOG_API_KEY" '${url}'`);
            notifications.show({ message: "The curl command is in the clipboard" });
          }}
        >
          Copy as curl
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
