import { ActionIcon, Button, Group, Modal, Popover, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";

import { useWho } from "../api/session";
import { act } from "../parts/act";
import { Ask } from "../parts/Ask";
import { nameProblem, type SavedFilter, useSavedFilters } from "./useSavedFilters";

interface Props {
  filters: URLSearchParams;
  /** One was picked; its filters as in a URL. */
  onPick: (filters: URLSearchParams) => void;
}

/** Filters that the org keeps by name: pick one, save those that are set, delete one. */
export function SavedFilters({ filters, onPick }: Props) {
  const { saved, remove } = useSavedFilters();
  const [isSaving, saving] = useDisclosure();
  const [leaving, setLeaving] = useState<string | null>(null);
  const mayWrite = useWho().can.includes("events:write");
  const [isOpen, list] = useDisclosure();
  const known = saved.data ?? [];
  const pick = (one: SavedFilter) => {
    list.close();
    onPick(new URLSearchParams(one.query));
  };
  const ask = (name: string) => {
    list.close();
    setLeaving(name);
  };
  const save = () => {
    list.close();
    saving.open();
  };
  return (
    <>
      <Popover opened={isOpen} onChange={list.close} position="bottom-end" trapFocus>
        <Popover.Target>
          <Button variant="default" size="xs" onClick={list.toggle} aria-expanded={isOpen}>
            Saved
          </Button>
        </Popover.Target>
        <Popover.Dropdown p="xs" maw={340} mah={420} style={{ overflowY: "auto" }}>
          <Stack gap={6} miw={210}>
            {known.length === 0 && (
              <Text size="sm" c="dimmed">
                {saved.isPending ? "Loading…" : saved.isError ? saved.error.message : "No filters are saved yet"}
              </Text>
            )}
            {known.map((one) => (
              <Line key={one.name} filter={one} onPick={() => pick(one)} onDelete={mayWrite ? () => ask(one.name) : undefined} />
            ))}
            {mayWrite && (
              <Button variant="light" size="xs" onClick={save} disabled={filters.size === 0}>
                Save these filters
              </Button>
            )}
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Modal opened={isSaving} onClose={saving.close} title="Save these filters">
        <SaveForm filters={filters} known={known} onDone={saving.close} />
      </Modal>
      <Ask
        isOpen={leaving !== null}
        title={`Delete the filter ${leaving ?? ""}?`}
        text="Nobody in the org finds it in the list any more; links to its events stay good."
        yes="Delete"
        onNo={() => setLeaving(null)}
        onYes={() => {
          const name = leaving ?? "";
          setLeaving(null);
          void act(() => remove(name), `The filter ${name} is deleted`);
        }}
      />
    </>
  );
}

function Line({ filter, onPick, onDelete }: { filter: SavedFilter; onPick: () => void; onDelete: (() => void) | undefined }) {
  return (
    <Group gap={4} wrap="nowrap">
      <UnstyledButton
        onClick={onPick}
        disabled={filter.isMasked}
        style={{ flex: 1, minWidth: 0 }}
        title={filter.isMasked ? "It asks for values that you may not see" : filter.query}
      >
        <Text component="span" display="block" size="sm" fw={550} c={filter.isMasked ? "dimmed" : "var(--mantine-color-anchor)"} className="clip">
          {filter.name}
        </Text>
        {filter.description !== "" && (
          <Text component="span" display="block" size="xs" c="dimmed" className="clip">
            {filter.description}
          </Text>
        )}
      </UnstyledButton>
      {onDelete !== undefined && (
        <ActionIcon variant="subtle" color="red" size="sm" onClick={onDelete} aria-label={`Delete the filter ${filter.name}`}>
          ×
        </ActionIcon>
      )}
    </Group>
  );
}

function SaveForm({ filters, known, onDone }: { filters: URLSearchParams; known: SavedFilter[]; onDone: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const { save } = useSavedFilters();
  const problem = name === "" ? undefined : nameProblem(name);
  const isNew = known.every((one) => one.name !== name);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (await act(() => save(name, filters.toString(), description, isNew), `The filter ${name} is saved`)) onDone();
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label="Filter name" value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem} placeholder="lost-visits" required data-autofocus />
        <TextInput label="What it finds" value={description} onChange={(event) => setDescription(event.currentTarget.value)} placeholder="Visits that came to nothing" />
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          Everybody in the org can pick it. It keeps the filters, not the period.
        </Text>
        <Group justify="flex-end">
          <Button type="submit" disabled={name === "" || problem !== undefined}>
            {isNew ? "Save" : "Replace"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
