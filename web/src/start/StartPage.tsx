import { Button, Stack, Stepper, Text } from "@mantine/core";
import { Link } from "wouter";

import { TestPush } from "../definitions/TestPush";
import { useDefinitions } from "../definitions/useDefinitions";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { NewWebhookForm } from "../webhooks/NewWebhookForm";
import { useWebhooks } from "../webhooks/useWebhooks";

/** From nothing to the first green event, in three steps; each is done when the org has what it makes. */
export default function StartPage() {
  const definitions = useDefinitions();
  const webhooks = useWebhooks();
  return (
    <Page title="The first event" text="Three steps to an event that went through">
      <Loaded query={definitions}>
        {(known) => (
          <Loaded query={webhooks}>
            {({ on }) => {
              const first = known.find((one) => one.status !== "DISABLED");
              const step = first === undefined ? 0 : on.length === 0 ? 1 : 2;
              return (
                <Stepper active={step} orientation="vertical" iconSize={32}>
                  <Stepper.Step label="Say what an event looks like" description={first === undefined ? undefined : `${first.eventName} is defined`}>
                    <Stack maw={520}>
                      <Text size="sm">A definition has a name and fields; one of them names the customer. Take a ready-made one or write your own.</Text>
                      <Button component={Link} href="/standard" w="fit-content">
                        Take a standard event
                      </Button>
                      <Button component={Link} href="/definitions/new" variant="light" w="fit-content">
                        Define one
                      </Button>
                    </Stack>
                  </Stepper.Step>
                  <Stepper.Step label="Make a webhook" description={on.length > 0 ? "There is one" : undefined}>
                    <NewWebhookForm onDone={() => void webhooks.refetch()} />
                  </Stepper.Step>
                  <Stepper.Step label="Push">{first !== undefined && <TestPush definition={first} />}</Stepper.Step>
                </Stepper>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}
