/** Has charts drawn by a worker. */
import type { Drawing, Drawn } from "./drawing";

export interface Wanted {
  id: number;
  /** Of several drawings of one chart the newest is made. */
  chart: number;
  drawing: Drawing;
}

export type Told = { id: number } & ({ drawn: Drawn } | { outdated: true } | { failed: string });

interface Waiting {
  resolve: (drawn: Drawn | null) => void;
  reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let asked = 0;
let charts = 0;

export function newChart(): number {
  return (charts += 1);
}

/** The chart as a picture; null when a newer drawing of it was asked for meanwhile. Throws Error. */
export function painted(chart: number, drawing: Drawing): Promise<Drawn | null> {
  const id = (asked += 1);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    atWork().postMessage({ id, chart, drawing } satisfies Wanted);
  });
}

/** Have the worker ready before the first chart is there: starting it takes longer than drawing. */
export function getReady(): void {
  atWork();
}

function atWork(): Worker {
  if (worker !== null) return worker;
  const started = new Worker(new URL("./charts.worker.ts", import.meta.url), { type: "module", name: "charts" });
  started.onmessage = ({ data }: MessageEvent<Told>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("failed" in data) one?.reject(new Error(data.failed));
    else one?.resolve("drawn" in data ? data.drawn : null);
  };
  // It could not be fetched, or fell: what waits is told so, and the next chart tries anew.
  started.onerror = (event) => {
    started.terminate();
    worker = null;
    for (const each of waiting.values()) each.reject(new Error(event.message || "the worker that draws charts does not start"));
    waiting.clear();
  };
  worker = started;
  return started;
}
