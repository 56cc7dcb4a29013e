import { Stack, Title } from "@mantine/core";

export default function EventPage({ id }: { id: string }) {
  return (
    <Stack>
      <Title order={1}>{id}</Title>
    </Stack>
  );
}
