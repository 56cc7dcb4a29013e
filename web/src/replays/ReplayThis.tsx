import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useLocation } from "wouter";

import { ApiFailure } from "../api/errors";
import { Ask } from "../parts/Ask";
import { wantsForce } from "./job";
import { useReplayChanges } from "./useReplays";

/** Replay one event and go to the replay; asks first where somebody may have acted on the event already. */
export function ReplayThis({ id }: { id: string }) {
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [, go] = useLocation();
  const { replay } = useReplayChanges();

  async function run(force: boolean) {
    setReason("");
    setBusy(true);
    try {
      go(`/events/${await replay(id, force)}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!force && error instanceof ApiFailure && error.status === 409 && wantsForce(message)) setReason(message);
      else notifications.show({ color: "red", title: "It is not replayed", message });
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button size="xs" onClick={() => void run(false)} loading={isBusy}>
        Replay this
      </Button>
      <Ask
        isOpen={reason !== ""}
        title="Replay it all the same?"
        text={reason.replace(/^event \S+ is not replayed: /, "").replace(/; replay it with force$/, ". A replay may have effects a second time.").replace(/^./, (letter) => letter.toUpperCase())}
        yes="Replay with force"
        onNo={() => setReason("")}
        onYes={() => void run(true)}
      />
    </>
  );
}
