import { ActionIcon, Alert, Button, Card, Checkbox, Group, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";

import { api, told } from "../api/client";
import { act } from "../parts/act";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { WhatIf } from "../whatif/WhatIf";
import { attributesFor, bodyOf, type Draft, type DraftField, draftOf, emptyDraft, type FieldType, newField, problemsOf } from "./draft";
import { useDefinition, useDefinitionChanges } from "./useDefinitions";

const CONSUMERS = [
  { value: "EIConsumer", label: "Analytics (EIConsumer)" },
  { value: "EMFConsumer", label: "Loyalty (EMFConsumer)" },
];

/** A new definition, or a changed one. */
export default function EditorPage({ name }: { name?: string }) {
  const types = useQuery({
    queryKey: ["field-types"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await told(api.GET("/v2/events/meta_fields"))).data as unknown as FieldType[],
  });
  return (
    <Loaded query={types}>
      {(known) => (name === undefined ? <Editor types={known} first={emptyDraft()} isNew isFrozen={false} /> : <Existing name={name} types={known} />)}
    </Loaded>
  );
}

function Existing({ name, types }: { name: string; types: FieldType[] }) {
  const definition = useDefinition(name);
  return (
    <Loaded query={definition}>
      {(found) =>
        found === null ? (
          <EmptyState title={`No event is called ${name}`} text="Names are case-sensitive." />
        ) : (
          <Editor types={types} first={draftOf(found.clickEventsMeta, types)} isNew={false} isFrozen={found.clickEventsMeta.status === "PUBLISHED"} />
        )
      }
    </Loaded>
  );
}

function Editor({ types, first, isNew, isFrozen }: { types: FieldType[]; first: Draft; isNew: boolean; isFrozen: boolean }) {
  const [draft, setDraft] = useState(first);
  const [wasTried, setTried] = useState(false);
  const [, go] = useLocation();
  const { create, update } = useDefinitionChanges();
  const problems = useMemo(() => problemsOf(draft), [draft]);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const changeField = (key: number, part: Partial<DraftField>) =>
    setDraft((before) => ({ ...before, fields: before.fields.map((field) => (field.key === key ? { ...field, ...part } : field)) }));
  const shown = (about: string) => (wasTried || draft.eventName !== first.eventName ? problems.get(about) : undefined);

  async function save() {
    setTried(true);
    if (problems.size > 0) return;
    const isDone = await act(() => (isNew ? create(bodyOf(draft)) : update(bodyOf(draft))), isNew ? `${draft.eventName} is defined` : `${draft.eventName} is changed`);
    if (isDone) go(`/definitions/${encodeURIComponent(draft.eventName)}`);
  }

  return (
    <Page
      title={isNew ? "New event" : `Edit ${first.eventName}`}
      text={isNew ? "What an event is called and what it must bring" : "The whole definition is replaced; the next events are judged by it"}
      actions={
        <>
          <Button variant="default" size="xs" onClick={() => window.history.back()}>
            Leave
          </Button>
          <Button size="xs" onClick={() => void save()}>
            {isNew ? "Define" : "Save"}
          </Button>
        </>
      }
    >
      {isFrozen && (
        <Alert color="yellow" py={6}>
          The event is published: its fields are frozen, but for marks of sensitive data.
        </Alert>
      )}
      <Card withBorder>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label="Name" description="As sources send it in event_name" value={draft.eventName} onChange={(event) => change({ eventName: event.currentTarget.value })} error={shown("name")} disabled={!isNew} required autoFocus={isNew} />
            <TextInput label="Label" description="As people call it" value={draft.label} onChange={(event) => change({ label: event.currentTarget.value })} />
          </SimpleGrid>
          <Textarea label="Description" value={draft.description} onChange={(event) => change({ description: event.currentTarget.value })} autosize />
          <Checkbox.Group label="Goes to" value={draft.actions} onChange={(actions) => change({ actions })} error={shown("actions")}>
            <Group mt={4}>
              {CONSUMERS.map((one) => (
                <Checkbox key={one.value} value={one.value} label={one.label} />
              ))}
            </Group>
          </Checkbox.Group>
        </Stack>
      </Card>
      {draft.fields.map((field) => (
        <FieldCard
          key={field.key}
          field={field}
          types={types}
          problem={wasTried || field.name !== "" ? problems.get(`field ${field.key}`) : undefined}
          onChange={(part) => changeField(field.key, part)}
          onRemove={() => change({ fields: draft.fields.filter((one) => one.key !== field.key) })}
          isFrozen={isFrozen}
        />
      ))}
      <Group justify="space-between">
        <Button variant="light" size="xs" onClick={() => change({ fields: [...draft.fields, newField("string")] })} disabled={isFrozen}>
          Add a field
        </Button>
        {problems.has("fields") && (
          <Text size="sm" c="red">
            {problems.get("fields")}
          </Text>
        )}
      </Group>
      <WhatIf drafts={{ definition: bodyOf(draft) }} filters={new URLSearchParams({ event_name: draft.eventName })} obstacle={problems.size > 0 ? "Mend what is marked first" : undefined} />
    </Page>
  );
}

interface FieldCardProps {
  field: DraftField;
  types: FieldType[];
  problem: string | undefined;
  onChange: (part: Partial<DraftField>) => void;
  onRemove: () => void;
  isFrozen: boolean;
}

function FieldCard({ field, types, problem, onChange, onRemove, isFrozen }: FieldCardProps) {
  const known = attributesFor(field.type, types);
  const set = (name: string, text: string) => onChange({ attributes: { ...field.attributes, [name]: text } });
  return (
    <Card withBorder component="section" aria-label={`Field ${field.name || "without a name"}`}>
      <Stack gap="sm">
        <Group align="flex-start" wrap="nowrap">
          <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ flex: 1 }}>
            <TextInput label="Field" value={field.name} onChange={(event) => onChange({ name: event.currentTarget.value })} error={problem} disabled={isFrozen} />
            <Select label="Type" data={types.map((one) => ({ value: one.type, label: one.label }))} value={field.type} onChange={(type) => onChange({ type: type ?? "string", attributes: {} })} searchable allowDeselect={false} disabled={isFrozen} />
          </SimpleGrid>
          <ActionIcon variant="subtle" color="red" onClick={onRemove} aria-label={`Remove ${field.name || "this field"}`} mt={26} disabled={isFrozen}>
            ×
          </ActionIcon>
        </Group>
        <Group gap="lg" align="flex-end">
          {known.map((attribute) => (
            <AttributeInput key={attribute.name} attribute={attribute} text={field.attributes[attribute.name] ?? ""} onChange={(text) => set(attribute.name, text)} isFrozen={isFrozen && attribute.name !== "isPsiData"} />
          ))}
        </Group>
      </Stack>
    </Card>
  );
}

interface AttributeInputProps {
  attribute: FieldType["attributes"][number];
  text: string;
  onChange: (text: string) => void;
  isFrozen: boolean;
}

function AttributeInput({ attribute, text, onChange, isFrozen }: AttributeInputProps) {
  const label = attribute.label ?? attribute.name;
  const type = (attribute.valueType ?? "").toUpperCase();
  if (type === "BOOLEAN") {
    const value = text === "" ? attribute.defaultValue : text;
    return <Checkbox label={label} checked={value === "true"} onChange={(event) => onChange(String(event.currentTarget.checked))} disabled={isFrozen} />;
  }
  if (type === "ENUM" && attribute.possibleValues !== undefined) {
    return <Select label={label} size="xs" data={attribute.possibleValues} value={chosenOf(attribute, text)} onChange={(value) => onChange(value ?? "")} disabled={isFrozen} />;
  }
  return <TextInput label={label} size="xs" value={text} placeholder={attribute.name === "possibleValues" ? "gold, silver" : (attribute.defaultValue ?? "")} onChange={(event) => onChange(event.currentTarget.value)} disabled={isFrozen} />;
}

/** The choice as the list spells it; defaults are documented in capitals. */
function chosenOf(attribute: FieldType["attributes"][number], text: string): string | null {
  const wanted = (text === "" ? (attribute.defaultValue ?? "") : text).toLowerCase();
  return attribute.possibleValues?.find((one) => one.toLowerCase() === wanted) ?? null;
}
