import { expect, test } from "vitest";
import { changeOf, formOf } from "./limits";

const server = { server_max_scan_rows: 1e9, server_max_scan_bytes: 1e11, server_timeout_seconds: 30 };

test.each([
  [{ max_scan_rows: null, max_scan_bytes: null, timeout_seconds: null }, { rows: "", megabytes: "", seconds: "" }],
  [{ max_scan_rows: 5_000_000, max_scan_bytes: 1_500_000, timeout_seconds: 2.5 }, { rows: 5_000_000, megabytes: 1.5, seconds: 2.5 }],
])("limits come back as they were shown", (limits, form) => {
  expect(formOf({ ...limits, ...server })).toEqual(form);
  expect(changeOf(form)).toEqual(limits);
});
