import { Button, Group, Modal, Text } from "@mantine/core";

interface Props {
  isOpen: boolean;
  title: string;
  text: string;
  yes: string;
  color?: string;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before something that cannot be undone. */
export function Ask({ isOpen, title, text, yes, color = "red", onYes, onNo }: Props) {
  return (
    <Modal opened={isOpen} onClose={onNo} title={title}>
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onNo}>
          Not now
        </Button>
        <Button color={color} onClick={onYes}>
          {yes}
        </Button>
      </Group>
    </Modal>
  );
}
