/** A tile as a file. */
import { raw } from "../api/transport";
import { fileName, saveBlob } from "../design/saving";

export type Format = "csv" | "png" | "svg";

export async function saveInsight(insightId: string, title: string, format: Format): Promise<void> {
  const response = await raw(`/api/v1/insights/${insightId}/export?format=${format}`);
  saveBlob(`${fileName(title)}.${format}`, await response.blob());
}
