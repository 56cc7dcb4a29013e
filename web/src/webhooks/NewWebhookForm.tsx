import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useWho } from "../api/session";
import { act } from "../parts/act";
import { useWebhookChanges } from "./useWebhooks";

const TRANSFORMERS = [
  { value: "defaultTransformer", label: "Default: attributes have your names" },
  { value: "WebEngageTransformer", label: "WebEngage: names are mapped" },
];

export function NewWebhookForm({ onDone }: { onDone: (url: string) => void }) {
  const who = useWho();
  const [transformer, setTransformer] = useState("defaultTransformer");
  const [till, setTill] = useState(who.kind === "till" ? who.name : "");
  const [auth, setAuth] = useState("");
  const [isUnique, setUnique] = useState(false);
  const [isParent, setParent] = useState(false);
  const { create } = useWebhookChanges();

  async function submit(event: FormEvent) {
    event.preventDefault();
    let url = "";
    const isDone = await act(async () => {
      const made = await create({
        transformerType: transformer,
        tillCode: till,
        authEnabled: auth !== "",
        ...(auth === "" ? {} : { authMechanism: auth }),
        uniquenessCheckEnabled: isUnique,
        listenToChildEvents: isParent,
      });
      url = made.webHookUri;
    }, "The webhook is ready");
    if (isDone) onDone(url);
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Select label="How events are read" data={TRANSFORMERS} value={transformer} onChange={(value) => setTransformer(value ?? "defaultTransformer")} allowDeselect={false} />
        <TextInput label="Till" description="Events count for this till unless they name another" value={till} onChange={(event) => setTill(event.currentTarget.value)} required />
        <Select
          label="Credentials"
          data={[
            { value: "", label: "None: whoever has the URL may push" },
            { value: "BASIC", label: "Basic: a till and its password" },
            { value: "OAUTH", label: "OAuth: a client’s token" },
          ]}
          value={auth}
          onChange={(value) => setAuth(value ?? "")}
          allowDeselect={false}
        />
        <Checkbox label="Count repeated events once" description="Goes by the fields marked as unique; cannot be turned off again" checked={isUnique} onChange={(event) => setUnique(event.currentTarget.checked)} />
        <Checkbox label="Listen to child orgs" checked={isParent} onChange={(event) => setParent(event.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button type="submit">Make the webhook</Button>
        </Group>
      </Stack>
    </form>
  );
}
