import { Alert, Box, Button, Center, Image, Paper, PasswordInput, SegmentedControl, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { type SignIn, useSigning } from "../api/session";

type Kind = "till" | "key" | "client";
const KINDS = [
  { value: "till", label: "Till" },
  { value: "client", label: "Client" },
  { value: "key", label: "API key" },
];

/** The first page of whoever is not signed in. */
export function SignInPage() {
  const [kind, setKind] = useState<Kind>("till");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const { signIn } = useSigning();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await signIn(credentialsOf(kind, name, secret));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  return (
    <Center mih="100%" p="md" component="main">
      <Paper w={380} maw="100%" p="xl" withBorder shadow="sm">
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <Box ta="center">
              <Image src="/console/icon.svg" alt="" w={44} h={44} mx="auto" mb="xs" />
              <Title order={1} size="h2">
                Hooklog
              </Title>
              <Text c="dimmed" size="sm">
                What happened to every event
              </Text>
            </Box>
            <SegmentedControl
              data={KINDS}
              value={kind}
              onChange={(value) => {
                setKind(value as Kind);
                setName("");
                setSecret("");
                setProblem("");
              }}
              fullWidth
              aria-label="Sign in with"
            />
            {kind !== "key" && (
              <TextInput
                label={kind === "till" ? "Till code" : "Client key"}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                autoComplete="username"
                required
                autoFocus
              />
            )}
            <PasswordInput
              label={{ till: "Password", client: "Client secret", key: "API key" }[kind]}
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              autoComplete={kind === "till" ? "current-password" : "off"}
              required
            />
            {problem !== "" && (
              <Alert color="red" variant="light" role="alert">
                {problem}
              </Alert>
            )}
            <Button type="submit" loading={isBusy} fullWidth>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

function credentialsOf(kind: Kind, name: string, secret: string): SignIn {
  if (kind === "till") return { till: name, password: secret };
  if (kind === "client") return { key: name, secret };
  return { apiKey: secret };
}
