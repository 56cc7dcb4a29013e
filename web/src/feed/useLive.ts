import { useEffect, useRef, useState } from "react";

import type { Entry } from "../api/client";

const TAIL = "/v2/events/logs/tail";
const GATHER_MS = 120;
const BUFFER_MAX = 2_000;

export type LiveState = "off" | "connecting" | "on" | "broken";

interface Listener {
  onEntries: (entries: Entry[]) => void;
  /** Entries may have settled that were not handed over: before the connection stood, or while there was none. */
  onGap: () => void;
}

/** While `isOn`, hand over what settles with these filters, newest first, gathered so that the table keeps calm. */
export function useLive(question: string, isOn: boolean, listener: Listener): LiveState {
  const [state, setState] = useState<LiveState>("off");
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    if (!isOn) {
      setState("off");
      return undefined;
    }
    setState("connecting");
    const source = new EventSource(question === "" ? TAIL : `${TAIL}?${question}`);
    let gathered: Entry[] = [];
    const timer = window.setInterval(() => {
      if (gathered.length > 0) latest.current.onEntries(gathered.reverse());
      gathered = [];
    }, GATHER_MS);
    source.addEventListener("open", () => {
      setState("on");
      latest.current.onGap();
    });
    source.addEventListener("reset", () => latest.current.onGap());
    source.addEventListener("entry", (event: MessageEvent<string>) => {
      gathered.push(JSON.parse(event.data) as Entry);
      if (gathered.length > BUFFER_MAX) {
        gathered = [];
        latest.current.onGap();
      }
    });
    // The browser connects again by itself, unless the server refused.
    source.addEventListener("error", () => setState(source.readyState === EventSource.CLOSED ? "broken" : "connecting"));
    return () => {
      window.clearInterval(timer);
      source.close();
    };
  }, [question, isOn]);
  return state;
}
