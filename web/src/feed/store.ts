import type { Entry } from "../api/client";

export const PAGE_ROWS = 200;
const PAGES_KEPT = 40;
const FRESH_MAX = 5_000;

export interface FetchedPage {
  entries: Entry[];
  next: URLSearchParams | null;
}

type Fetch = (parameters: URLSearchParams, signal: AbortSignal) => Promise<FetchedPage>;

/** What the table sees; a new object at each change. */
export interface FeedView {
  rows: number;
  isComplete: boolean;
  isLoading: boolean;
  error: Error | null;
}

/**
 * The whole log in pages behind one long list: pages are fetched as they come into sight, each by the cursor that the
 * one before it gave; those far out of sight are let go of, and fetched again by their cursor.
 *
 * New entries of the live mode lie before the first page.
 */
export class FeedStore {
  private readonly cursors: URLSearchParams[];
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
    first: URLSearchParams,
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

  /** The entry of a row; undefined while its page is not here. */
  row(index: number): Entry | undefined {
    if (index < this.fresh.length) return this.fresh[index];
    const below = index - this.fresh.length;
    return this.pages.get(Math.floor(below / PAGE_ROWS))?.[below % PAGE_ROWS];
  }

  /** These rows are in sight: see that they come, and let go of what is far away. */
  want(first: number, last: number): void {
    const begin = Math.max(0, Math.floor((first - this.fresh.length) / PAGE_ROWS));
    const end = Math.max(0, Math.floor((last - this.fresh.length) / PAGE_ROWS));
    for (let page = begin; page <= end && page < this.cursors.length; page += 1) this.load(page);
    if (this.pages.size > PAGES_KEPT) {
      const byDistance = [...this.pages.keys()].sort((a, b) => distance(b, begin, end) - distance(a, begin, end));
      for (const page of byDistance.slice(0, this.pages.size - PAGES_KEPT)) this.pages.delete(page);
    }
  }

  /** Entries that have just come, newest first. */
  prepend(entries: Entry[]): void {
    if (entries.length === 0) return;
    const known = new Set(this.fresh.map((entry) => entry.id));
    this.pages.get(0)?.forEach((entry) => known.add(entry.id));
    this.fresh = [...entries.filter((entry) => !known.has(entry.id)), ...this.fresh].slice(0, FRESH_MAX);
    this.changed();
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

  private load(page: number): void {
    const cursor = this.cursors[page];
    if (cursor === undefined || this.pages.has(page) || this.running.has(page) || this.error !== null) return;
    const abort = new AbortController();
    this.running.set(page, abort);
    this.changed();
    this.fetchPage(cursor, abort.signal)
      .then((fetched) => this.arrived(page, fetched))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.error = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.running.delete(page);
        this.changed();
      });
  }

  private arrived(page: number, { entries, next }: FetchedPage): void {
    this.pages.set(page, entries);
    if (next === null) {
      this.lastPage = page;
      this.lastRows = entries.length;
    } else if (page === this.cursors.length - 1) {
      this.cursors.push(next);
    }
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
      isComplete,
      isLoading: this.running.size > 0,
      error: this.error,
    };
  }
}

function distance(page: number, begin: number, end: number): number {
  return page < begin ? begin - page : Math.max(0, page - end);
}
