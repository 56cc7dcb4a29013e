import { Alert, Badge, Button, Checkbox, Code, Group, Modal, Stack, Table, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, told } from "../api/client";
import type { components } from "../api/schema";
import { useWho } from "../api/session";
import { act } from "../parts/act";
import { Ask } from "../parts/Ask";
import { Copy } from "../parts/Copy";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";

const KEY = ["api-keys"];
type Scope = components["schemas"]["ApiKeyForm"]["scopes"][number];

const SCOPES: { scope: Scope; text: string }[] = [
  { scope: "events:read", text: "read the log and records" },
  { scope: "events:write", text: "change definitions and mappings" },
  { scope: "webhooks:write", text: "make webhooks and turn them off" },
  { scope: "psi:read", text: "see sensitive values" },
  { scope: "admin", text: "keep the directory and keys" },
];

/** The keys that programs read the log with. */
export default function KeysPage() {
  const [isOpen, form] = useDisclosure();
  const [removing, setRemoving] = useState<string | null>(null);
  const queries = useQueryClient();
  const keys = useQuery({
    queryKey: KEY,
    queryFn: async () => (await told(api.GET("/v2/directory/api_keys", { params: { query: { limit: 1000 } } }))).data,
  });
  async function remove(name: string) {
    setRemoving(null);
    await act(() => told(api.DELETE("/v2/directory/api_keys/{name}", { params: { path: { name } } })), `${name} is no more`);
    await queries.invalidateQueries({ queryKey: KEY });
  }
  return (
    <Page
      title="API keys"
      text="For programs: sent as X-API-Key, shown once"
      actions={
        <Button size="xs" onClick={form.open}>
          New key
        </Button>
      }
    >
      <Loaded query={keys}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No keys yet" text="Make one for each program, with no more scopes than it needs." />
          ) : (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>May</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((key) => (
                  <Table.Tr key={key.name}>
                    <Table.Td fw={550}>{key.name}</Table.Td>
                    <Table.Td>
                      <Group gap={6}>
                        {key.scopes.map((scope) => (
                          <Badge key={scope} variant="outline" tt="none">
                            {scope}
                          </Badge>
                        ))}
                      </Group>
                    </Table.Td>
                    <Table.Td ta="right">
                      <Button variant="subtle" color="red" size="compact-sm" onClick={() => setRemoving(key.name)}>
                        Remove
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
      <Modal opened={isOpen} onClose={form.close} title="New API key">
        <NewKey onMade={() => void queries.invalidateQueries({ queryKey: KEY })} onDone={form.close} />
      </Modal>
      <Ask
        isOpen={removing !== null}
        title={`Remove ${removing ?? ""}?`}
        text="Programs that use the key are refused from now on."
        yes="Remove"
        onNo={() => setRemoving(null)}
        onYes={() => void remove(removing ?? "")}
      />
    </Page>
  );
}

function NewKey({ onMade, onDone }: { onMade: () => void; onDone: () => void }) {
  const who = useWho();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["events:read"]);
  const [made, setMade] = useState("");

  async function submit(event: FormEvent) {
    event.preventDefault();
    await act(async () => {
      const answer = await told(api.POST("/v2/directory/api_keys", { body: { name, scopes } }));
      setMade(answer.data[0]?.key ?? "");
      onMade();
    }, `${name} is ready`);
  }

  if (made !== "") {
    return (
      <Stack>
        <Alert color="yellow" py={8}>
          Copy the key now: it is kept as a hash only and cannot be shown again.
        </Alert>
        <Group wrap="nowrap">
          <Code style={{ overflowWrap: "anywhere" }}>{made}</Code>
          <Copy text={made} />
        </Group>
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label="Name" description="Which program it is for" value={name} onChange={(event) => setName(event.currentTarget.value)} required />
        <Checkbox.Group label="It may" value={scopes} onChange={(chosen) => setScopes(SCOPES.map(({ scope }) => scope).filter((scope) => chosen.includes(scope)))}>
          <Stack gap={6} mt={6}>
            {SCOPES.map(({ scope, text }) => (
              <Checkbox key={scope} value={scope} label={`${scope}: ${text}`} disabled={!who.can.includes(scope)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group justify="flex-end">
          <Button type="submit" disabled={scopes.length === 0}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
