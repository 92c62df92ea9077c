/** Waits for a server that cannot be reached. All who wait share the same asking. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

let waiting: Promise<void> | null = null;

/** Resolves once the server answers, however long that takes. */
export function untilReachable(): Promise<void> {
  waiting ??= askUntilAnswered().finally(() => {
    waiting = null;
  });
  return waiting;
}

async function askUntilAnswered(): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !(await answers()); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) await restOrOnline(pause);
}

async function answers(): Promise<boolean> {
  try {
    return (await fetch("/health/live", { cache: "no-store", credentials: "omit" })).ok;
  } catch {
    return false;
  }
}

/** A device that is back on its network asks at once. */
function restOrOnline(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", go);
  });
}
