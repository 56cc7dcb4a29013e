import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useRef } from "react";

type Shortcuts = Partial<Record<string, () => void>>;

const HELP: [string, string][] = [
  ["/", "Filter the feed"],
  ["j  k", "Next and previous event"],
  ["Enter", "Open the event"],
  ["Esc", "Back to the feed"],
  ["l", "Live on and off"],
  ["?", "This list"],
];

/** Call a function when its key is pressed, but not while something is being typed. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const action = latest.current[event.key];
      if (action !== undefined) {
        event.preventDefault();
        action();
      }
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null;
}

export function KeyboardHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keyboard shortcuts" size="sm">
      <Stack gap="xs">
        {HELP.map(([keys, what]) => (
          <Group key={keys} justify="space-between">
            <Text size="sm">{what}</Text>
            <Group gap={4}>
              {keys.split("  ").map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
