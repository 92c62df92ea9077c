/** What two texts differ in, line by line. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

const MOST = 4_000_000;

/** The fewest lines that went and came, in order (longest common subsequence). */
export function diff(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: "same", text }));
  return [...same(old.slice(0, head)), ...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)), ...same(old.slice(old.length - tail))];
}

function middle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const all = (lines: readonly string[], kind: DiffLine["kind"]) => lines.map((text) => ({ kind, text }));
  if (old.length * now.length > MOST) return [...all(old, "removed"), ...all(now, "added")];
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = old[i] === now[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: "same", text: old[i]! });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === now.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ kind: "removed", text: old[i]! });
      i += 1;
    } else {
      lines.push({ kind: "added", text: now[j]! });
      j += 1;
    }
  }
  return lines;
}

/** The lines that differ with `around` lines of what stays; null stands for what is left out between. */
export function folded(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const kept = new Set<number>();
  lines.forEach((line, place) => {
    if (line.kind !== "same") for (let near = place - around; near <= place + around; near += 1) kept.add(near);
  });
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, place) => {
    if (kept.has(place)) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== null) shown.push(null);
  });
  return shown.at(-1) === null ? shown.slice(0, -1) : shown;
}
