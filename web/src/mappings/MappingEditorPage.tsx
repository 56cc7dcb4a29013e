import { ActionIcon, Alert, Button, Card, Checkbox, Code, Group, List, Pill, PillsInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useLocation } from "wouter";

import type { Definition } from "../definitions/useDefinitions";
import { act } from "../parts/act";
import { Page } from "../parts/Page";
import { WhatIf } from "../whatif/WhatIf";
import { MappedEvent } from "./MappedEvent";
import { bodiesOf, type Draft, draftOf, type DraftRow, type EventMapping, meaningsOf, newRow, problemsOf, refusalOf, savedOf, sourceSampleOf, warningsOf } from "./mapping";
import { useMappingChanges } from "./useMappings";

// What no mapping fits has no event's name in the log, so every event is looked at.
const NO_FILTERS = new URLSearchParams();

/** Add names of a source to an event, and say which of its names fills which field. */
export default function MappingEditorPage({ name }: { name: string }) {
  return <MappedEvent name={name}>{({ known, definition, all }) => <Editor known={known} definition={definition} meanings={meaningsOf(all)} />}</MappedEvent>;
}

function Editor({ known, definition, meanings }: { known: EventMapping; definition: Definition; meanings: Map<string, string> }) {
  const [first] = useState(known);
  const [draft, setDraft] = useState(() => draftOf(first, definition));
  const [, go] = useLocation();
  const { post } = useMappingChanges();
  const problems = useMemo(() => problemsOf(draft, first), [draft, first]);
  const warnings = useMemo(() => warningsOf(draft, first, meanings), [draft, first, meanings]);
  const bodies = bodiesOf(draft, first);
  const mapping = bodies.find((body) => body.webEngageTransformerData != null) ?? null;
  const page = `/mappings/${encodeURIComponent(first.eventName)}`;
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  async function save() {
    if (await act(() => post(bodies), `The mapping of ${first.eventName} is saved`)) go(page);
  }

  return (
    <Page
      title={`Edit the mapping of ${first.eventName}`}
      text="What is saved holds for the next push; it adds to what is there"
      actions={
        <>
          <Button variant="default" size="xs" onClick={() => go(page)}>
            Leave
          </Button>
          <Button size="xs" onClick={() => void save()} disabled={problems.size > 0 || bodies.length === 0}>
            Save
          </Button>
        </>
      }
    >
      <Card withBorder>
        <Stack>
          <SourceNamesInput draft={draft} known={first} onChange={(added) => change({ added })} />
          <Checkbox
            label="List it for sources that use our names"
            description={first.isDefault ? "It is listed, and stays so" : "Its events are taken under their own names in either case; being listed shows in the mappings"}
            checked={draft.isDefault}
            disabled={first.isDefault}
            onChange={(event) => change({ isDefault: event.currentTarget.checked })}
          />
        </Stack>
      </Card>
      <Card withBorder>
        <Stack gap="sm">
          <Title order={2} size="h5">
            Fields
          </Title>
          {draft.rows.map((row) => (
            <RowInputs
              key={row.key}
              row={row}
              problem={problems.get(row.key)}
              isKnown={first.fields.has(row.field)}
              onChange={(part) => change({ rows: draft.rows.map((one) => (one.key === row.key ? { ...one, ...part } : one)) })}
              onRemove={() => change({ rows: draft.rows.filter((one) => one.key !== row.key) })}
            />
          ))}
          <Button variant="light" size="xs" w="fit-content" onClick={() => change({ rows: [...draft.rows, newRow()] })}>
            Map another attribute
          </Button>
        </Stack>
      </Card>
      {warnings.length > 0 && (
        <Alert color="yellow" role="status" title="Worth a word">
          <List size="sm">
            {warnings.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <WhatIf drafts={{ mapping }} filters={NO_FILTERS} obstacle={problems.size > 0 ? "Mend what is marked first" : mapping === null ? "Map a name first" : undefined} />
      <Stack gap={6}>
        <Text size="sm" fw={550}>
          What the source then sends
        </Text>
        <Code block tabIndex={0}>
          {JSON.stringify(sourceSampleOf(savedOf(draft, first), definition), null, 2)}
        </Code>
      </Stack>
    </Page>
  );
}

function SourceNamesInput({ draft, known, onChange }: { draft: Draft; known: EventMapping; onChange: (added: string[]) => void }) {
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const problem = text === "" ? undefined : refusalOf(text, draft.added, known);

  function add() {
    if (text === "" || problem !== undefined) return;
    onChange([...draft.added, text]);
    setTyped("");
  }
  function onKey(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter") add();
    else if (event.key === "Backspace" && typed === "" && draft.added.length > 0) onChange(draft.added.slice(0, -1));
  }

  return (
    <PillsInput label="Called by sources" description="As they send it in event_name: capitals and spaces count. Enter adds a name" error={problem}>
      <Pill.Group>
        {known.sources.map((source) => (
          <Pill key={source} title="It stays until it is given to another event">
            {source}
          </Pill>
        ))}
        {draft.added.map((source) => (
          <Pill key={source} withRemoveButton removeButtonProps={{ "aria-label": `Remove ${source}`, "aria-hidden": false, tabIndex: 0 }} onRemove={() => onChange(draft.added.filter((one) => one !== source))}>
            {source}
          </Pill>
        ))}
        <PillsInput.Field value={typed} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={onKey} onBlur={add} aria-label="Name at the source" placeholder={known.sources.length + draft.added.length === 0 ? "Store Visit" : ""} />
      </Pill.Group>
    </PillsInput>
  );
}

const PAIR = { display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(0, 2fr)", gap: 10 };

interface RowInputsProps {
  row: DraftRow;
  problem: string | undefined;
  isKnown: boolean;
  onChange: (part: Partial<DraftRow>) => void;
  onRemove: () => void;
}

function RowInputs({ row, problem, isKnown, onChange, onRemove }: RowInputsProps) {
  const name = row.field === "" ? "another attribute" : row.field;
  const source = (
    <TextInput
      size="xs"
      value={row.source}
      onChange={(event) => onChange({ source: event.currentTarget.value })}
      placeholder={row.isDeclared ? `${row.field} (its own name)` : "Name at the source"}
      error={problem}
      aria-label={`Source of ${name}`}
    />
  );
  if (row.isDeclared || isKnown) {
    return (
      <div style={PAIR}>
        <Text size="sm" fw={550} lh="30px" className="clip" title={row.field}>
          {row.field}
        </Text>
        {source}
      </div>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <div style={{ ...PAIR, flex: 1 }}>
        <TextInput size="xs" value={row.field} onChange={(event) => onChange({ field: event.currentTarget.value })} placeholder="Name it is stored under" aria-label="Field" />
        {source}
      </div>
      <ActionIcon variant="subtle" color="red" onClick={onRemove} aria-label={`Remove ${name}`}>
        ×
      </ActionIcon>
    </Group>
  );
}
