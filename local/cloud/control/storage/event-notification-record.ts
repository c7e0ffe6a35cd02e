import { collection } from "../../store/collection.ts";

export interface EventNotificationRecord {
  /** The key of the bucket, see `bucketKey`. */
  bucketKey: string;
  queueId: string;
  rules: Record<string, unknown>[];
}

export const eventNotifications = collection({
  kind: "event-notification",
  scope: (notification: EventNotificationRecord) => notification.bucketKey,
  id: (notification) => notification.queueId,
});
