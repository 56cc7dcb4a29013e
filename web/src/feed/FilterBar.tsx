import { ActionIcon, Button, Group, Menu, Pill, PillsInput, Popover, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type KeyboardEvent, type RefObject, useState } from "react";

import { STATUSES } from "../parts/statuses";
import { type Chip, chipOf, chipsOf, FIELDS, labelOf, withChip, withoutChip } from "./filters";
import { PERIODS } from "./periods";
import { useEventNames } from "./useEventNames";

interface Props {
  filters: URLSearchParams;
  period: string;
  onChange: (filters: URLSearchParams) => void;
  onPeriod: (period: string) => void;
  input: RefObject<HTMLInputElement | null>;
}

/** Chips for the whole filter language; typing makes one, Backspace takes the last one away. */
export function FilterBar({ filters, period, onChange, onPeriod, input }: Props) {
  const [typed, setTyped] = useState("");
  const chips = chipsOf(filters);

  function onKey(event: KeyboardEvent<HTMLInputElement>) {
    const last = chips.at(-1);
    if (event.key === "Enter") {
      const chip = chipOf(typed);
      if (chip !== null) onChange(withChip(filters, chip));
      setTyped("");
    } else if (event.key === "Backspace" && typed === "" && last !== undefined) {
      onChange(withoutChip(filters, last));
    } else if (event.key === "Escape") {
      event.currentTarget.blur();
    }
  }

  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" style={{ flex: "1 1 400px", minWidth: 260 }}>
      <PillsInput style={{ flex: 1, minWidth: 0 }} size="sm">
        <Pill.Group>
          {chips.map((chip) => (
            <FilterPill key={`${chip.name}=${chip.isExcluded ? "!" : ""}${chip.value}`} chip={chip} onRemove={() => onChange(withoutChip(filters, chip))} />
          ))}
          <PillsInput.Field
            ref={input}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKey}
            placeholder={chips.length === 0 ? "Filter: a mobile number, a request id, words, or status:…  attr.store:…  -event_name:…" : ""}
            aria-label="Filter events"
          />
        </Pill.Group>
      </PillsInput>
      <AddFilter onAdd={(chip) => onChange(withChip(filters, chip))} />
      <Select
        aria-label="Period"
        data={PERIODS.map((one) => ({ value: one.value, label: one.label }))}
        value={filters.has("from_date") || filters.has("to_date") ? null : period}
        placeholder="Chosen"
        onChange={(value) => onPeriod(value ?? "")}
        allowDeselect={false}
        w={124}
        style={{ flex: "none" }}
        comboboxProps={{ width: 150 }}
      />
    </Group>
  );
}

function FilterPill({ chip, onRemove }: { chip: Chip; onRemove: () => void }) {
  return (
    <Pill maw="100%" title={chip.value} withRemoveButton onRemove={onRemove} removeButtonProps={{ "aria-label": `Remove ${labelOf(chip)} ${chip.value}`, "aria-hidden": false, tabIndex: 0 }}>
      {labelOf(chip)} <b>{chip.value === "" ? "empty" : chip.value}</b>
    </Pill>
  );
}

function AddFilter({ onAdd }: { onAdd: (chip: Chip) => void }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const [name, setName] = useState("status");
  const [attribute, setAttribute] = useState("");
  const [value, setValue] = useState("");
  const [isExcluded, setExcluded] = useState(false);
  const names = useEventNames(isOpen);
  const choices = name === "status" ? [...STATUSES] : name === "event_name" ? names : undefined;
  const hint = FIELDS.find((field) => field.name === name)?.hint ?? "";

  function add() {
    if (name === "attr" && attribute === "") return;
    if (value === "" && name !== "event_name") return;
    onAdd({ name: name === "attr" ? `attr.${attribute}` : name, value, isExcluded });
    setValue("");
    close();
  }

  return (
    <Popover opened={isOpen} onChange={close} position="bottom-end" trapFocus withArrow>
      <Popover.Target>
        <ActionIcon variant="default" size={36} onClick={toggle} aria-label="Add a filter" title="Add a filter">
          +
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Stack gap="xs" w={280}>
            <Select label="What" data={FIELDS.map((field) => ({ value: field.name, label: field.label }))} value={name} onChange={(chosen) => { setName(chosen ?? "status"); setValue(""); }} allowDeselect={false} comboboxProps={{ withinPortal: false }} />
            {name === "attr" && <TextInput label="Attribute" value={attribute} onChange={(event) => setAttribute(event.currentTarget.value)} placeholder="store" />}
            <Select label="How" data={[{ value: "is", label: "is" }, { value: "not", label: "is not" }]} value={isExcluded ? "not" : "is"} onChange={(chosen) => setExcluded(chosen === "not")} allowDeselect={false} comboboxProps={{ withinPortal: false }} />
            {choices === undefined ? (
              <TextInput label="Value" value={value} onChange={(event) => setValue(event.currentTarget.value)} placeholder={hint} data-autofocus />
            ) : (
              <Select label="Value" data={choices} value={value === "" ? null : value} onChange={(chosen) => setValue(chosen ?? "")} searchable comboboxProps={{ withinPortal: false }} />
            )}
            <Button type="submit" size="xs">
              Add filter
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** A small menu of ticks: which columns to show. */
export function ColumnMenu({ all, shown, onChange }: { all: { id: string; label: string }[]; shown: string[]; onChange: (shown: string[]) => void }) {
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs">
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map(({ id, label }) => {
          const isShown = shown.includes(id);
          return (
            <Menu.Item
              key={id}
              leftSection={<span aria-label={isShown ? "shown" : "hidden"}>{isShown ? "✓" : "\u2007"}</span>}
              onClick={() => onChange(isShown ? shown.filter((one) => one !== id) : [...shown, id])}
            >
              {label}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
