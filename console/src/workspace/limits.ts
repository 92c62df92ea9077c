/** The limits of queries as people write them: bytes in megabytes, and nothing where the server's hold. */
import type { QueryLimitsChange, QueryLimitsView } from "../api/schema";

const MEGABYTE = 1_000_000;

export type Written = string | number;
export type LimitsForm = Record<"rows" | "megabytes" | "seconds", Written>;

export function formOf(limits: QueryLimitsView): LimitsForm {
  const { max_scan_rows: rows, max_scan_bytes: bytes, timeout_seconds: seconds } = limits;
  return { rows: rows ?? "", megabytes: bytes === null ? "" : megabytesOf(bytes), seconds: seconds ?? "" };
}

export function megabytesOf(bytes: number): number {
  return bytes / MEGABYTE;
}

export function changeOf({ rows, megabytes, seconds }: LimitsForm): QueryLimitsChange {
  return { max_scan_rows: numberOr(rows), max_scan_bytes: megabytes === "" ? null : Math.round(Number(megabytes) * MEGABYTE), timeout_seconds: numberOr(seconds) };
}

function numberOr(written: Written): number | null {
  return written === "" ? null : Number(written);
}
