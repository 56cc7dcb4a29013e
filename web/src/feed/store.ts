import type { Entry } from "../api/client";

export const PAGE_ROWS = 200;
const PAGES_KEPT = 40;
// A page is asked for half a page before it comes into sight.
const AHEAD_ROWS = 100;
export const FRESH_MAX = 20_000;

// Its place among the running fetches; no page's number.
const FRESHENING = -1;

export interface FetchedPage {
  entries: Entry[];
  next: URLSearchParams | null;
}

type Fetch = (parameters: URLSearchParams, signal: AbortSignal) => Promise<FetchedPage>;

/** What the table sees; a new object at each change. */
export interface FeedView {
  rows: number;
  /** Of these, those that the live mode put before the first page. */
  fresh: number;
  isComplete: boolean;
  isLoading: boolean;
  error: Error | null;
}

/**
 * The whole log in pages behind one long list: pages are fetched as they come into sight, each by the cursor that the
 * one before it gave; those far out of sight are let go of, and fetched again by their cursor. The first stays: it has no
 * cursor, and "the newest" would be other entries by then.
 *
 * New entries of the live mode lie before the first page.
 */
export class FeedStore {
  /** Where somebody was when they left: how far down, and which row was chosen, counted from the first page. */
  readonly place: { top: number; selected: number | null } = { top: 0, selected: null };
  private cursors: URLSearchParams[];
  private readonly pages = new Map<number, Entry[]>();
  private readonly running = new Map<number, AbortController>();
  private fresh: Entry[] = [];
  private lastPage: number | null = null;
  private lastRows = 0;
  private error: Error | null = null;
  private readonly watchers = new Set<() => void>();
  private current: FeedView;

  constructor(
    private readonly fetchPage: Fetch,
    private readonly first: URLSearchParams,
  ) {
    this.cursors = [first];
    this.current = this.look();
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  };

  readonly view = (): FeedView => this.current;

  /** Nothing matches, and nothing has come in. */
  get isEmpty(): boolean {
    return this.current.isComplete && this.current.rows === 0;
  }

  /** The entry of a row; undefined while its page is not here. */
  row(index: number): Entry | undefined {
    if (index < this.fresh.length) return this.fresh[index];
    const below = index - this.fresh.length;
    return this.pages.get(Math.floor(below / PAGE_ROWS))?.[below % PAGE_ROWS];
  }

  /** These rows are in sight: see that they and what follows come, and let go of what is far away. */
  want(first: number, last: number): void {
    const begin = Math.max(0, Math.floor((first - this.fresh.length) / PAGE_ROWS));
    const end = Math.max(0, Math.floor((last + AHEAD_ROWS - this.fresh.length) / PAGE_ROWS));
    for (let page = begin; page <= end && page < this.cursors.length; page += 1) this.load(page);
    if (this.pages.size > PAGES_KEPT) {
      const byDistance = [...this.pages.keys()].filter((page) => page > 0).sort((a, b) => distance(b, begin, end) - distance(a, begin, end));
      for (const page of byDistance.slice(0, this.pages.size - PAGES_KEPT)) this.pages.delete(page);
    }
  }

  /** Entries that have just come, newest first. When they get too many all begins anew: there is never a hole. */
  prepend(entries: Entry[]): void {
    if (entries.length === 0) return;
    const known = new Set(this.fresh.map((entry) => entry.id));
    this.pages.get(0)?.forEach((entry) => known.add(entry.id));
    this.fresh = merged(entries.filter((entry) => !known.has(entry.id)), this.fresh);
    if (this.fresh.length > FRESH_MAX) this.beginAnew();
    else this.changed();
  }

  /** Fetch what came since the first page was; begins anew where that is more than a page. */
  async freshen(): Promise<void> {
    if (this.isEmpty) this.beginAnew();
    const newest = this.row(0);
    if (newest === undefined || this.error !== null) return;
    this.running.get(FRESHENING)?.abort();
    const abort = new AbortController();
    this.running.set(FRESHENING, abort);
    try {
      const { entries } = await this.fetchPage(this.first, abort.signal);
      const known = entries.findIndex((entry) => entry.id === newest.id);
      if (abort.signal.aborted) return;
      if (known >= 0) this.prepend(entries.slice(0, known));
      else this.beginAnew();
    } catch {
      // What is here stays; whoever scrolls or refreshes is told what is wrong.
    } finally {
      if (this.running.get(FRESHENING) === abort) this.running.delete(FRESHENING);
    }
  }

  retry(): void {
    this.error = null;
    this.changed();
    this.load(this.cursors.length - 1);
  }

  close(): void {
    for (const one of this.running.values()) one.abort();
    this.watchers.clear();
  }

  private beginAnew(): void {
    for (const one of this.running.values()) one.abort();
    this.running.clear();
    this.pages.clear();
    this.cursors = [this.first];
    this.fresh = [];
    this.lastPage = null;
    this.error = null;
    this.place.selected = null;
    this.load(0);
  }

  private load(page: number): void {
    const cursor = this.cursors[page];
    if (cursor === undefined || this.pages.has(page) || this.running.has(page) || this.error !== null) return;
    const abort = new AbortController();
    this.running.set(page, abort);
    this.changed();
    this.fetchPage(cursor, abort.signal)
      .then((fetched) => {
        if (!abort.signal.aborted) this.arrived(page, fetched);
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.error = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        if (this.running.get(page) === abort) this.running.delete(page);
        this.changed();
      });
  }

  private arrived(page: number, { entries, next }: FetchedPage): void {
    this.pages.set(page, entries);
    if (page === 0) this.withoutDoubles(entries);
    if (next === null) {
      this.lastPage = page;
      this.lastRows = entries.length;
    } else if (page === this.cursors.length - 1) {
      this.cursors.push(next);
    }
  }

  /** What came in while the first page was on its way may be in it too. */
  private withoutDoubles(entries: Entry[]): void {
    const known = new Set(entries.map((entry) => entry.id));
    this.fresh = this.fresh.filter((entry) => !known.has(entry.id));
  }

  private changed(): void {
    this.current = this.look();
    for (const watcher of this.watchers) watcher();
  }

  private look(): FeedView {
    const isComplete = this.lastPage !== null;
    const below = this.lastPage === null ? (this.cursors.length - 1) * PAGE_ROWS : this.lastPage * PAGE_ROWS + this.lastRows;
    return {
      rows: this.fresh.length + below + (isComplete ? 0 : 1),
      fresh: this.fresh.length,
      isComplete,
      isLoading: [...this.running.keys()].some((page) => page !== FRESHENING),
      error: this.error,
    };
  }
}

/** In the log's order: ids begin with the instant of acceptance. */
function merged(come: Entry[], here: Entry[]): Entry[] {
  const both = [...come, ...here];
  const isInOrder = both.slice(0, come.length + 1).every((entry, at) => at === 0 || (both[at - 1]?.id ?? "") > entry.id);
  return isInOrder ? both : both.sort((a, b) => (a.id < b.id ? 1 : -1));
}

function distance(page: number, begin: number, end: number): number {
  return page < begin ? begin - page : Math.max(0, page - end);
}
