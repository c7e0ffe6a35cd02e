import type { AlertNotice } from "../../../contracts/ops-alerts.ts";
import type { Destination } from "../delivery/destination.ts";
import type { DeliveryRequest } from "../delivery/send-request.ts";
import { signWebhook } from "../delivery/sign-webhook.ts";

/** What a destination is sent of a notice. @param id the same at each attempt */
export function alertRequest(destination: Destination, notice: AlertNotice, id: string, now: number): DeliveryRequest {
  const { url } = destination;
  const json = { "content-type": "application/json; charset=utf-8" };
  switch (destination.kind) {
    case "webhook": {
      const body = JSON.stringify({ type: `alert.${notice.status}`, timestamp: notice.at, data: notice });
      return { url, headers: { ...json, ...signWebhook({ id, body }, destination.secrets, now) }, body };
    }
    case "slack":
      return { url, headers: json, body: JSON.stringify(slackMessage(notice)) };
    case "pagerduty":
      return { url, headers: json, body: JSON.stringify(pagerDutyEvent(notice, destination.routingKey)) };
    case "email": {
      const { from, to, apiKey } = destination;
      const body = JSON.stringify({ from, to, subject: subjectOf(notice).slice(0, 200), text: textOf(notice) });
      return { url, headers: { ...json, authorization: `Bearer ${apiKey}`, "idempotency-key": id }, body };
    }
  }
}

/** https://docs.slack.dev/reference/block-kit/blocks: what comes from outside is plain text, which Slack shows as it is. */
function slackMessage(notice: AlertNotice): object {
  const plain = (text: string) => ({ type: "plain_text", text: text.slice(0, 2_900), emoji: false });
  return {
    text: escaped(subjectOf(notice)),
    blocks: [
      { type: "header", text: plain(subjectOf(notice).slice(0, 150)) },
      { type: "section", text: plain(textOf(notice)) },
    ],
  };
}

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
function pagerDutyEvent(notice: AlertNotice, routingKey: string): object {
  const [first] = notice.incidents;
  const severities = { critical: "critical", major: "error", minor: "warning", info: "info" };
  return {
    routing_key: routingKey,
    event_action: notice.status === "resolved" ? "resolve" : "trigger",
    dedup_key: notice.group.slice(0, 255),
    payload: {
      summary: subjectOf(notice).slice(0, 1_024),
      source: first?.subject ?? first?.source ?? "chittyops",
      severity: severities[notice.severity],
      timestamp: notice.at,
      component: first?.subject,
      group: first?.family,
      class: first?.source,
      custom_details: { incidents: notice.incidents, total: notice.total },
    },
    links: notice.incidents.slice(0, 5).map(({ id, url }) => ({ href: url, text: id })),
  };
}

const words = { firing: "", escalated: "Escalated: ", resolved: "Resolved: " };

/** One line, whatever a title holds. */
const subjectOf = ({ status, severity, title }: AlertNotice): string =>
  `[${severity}] ${words[status]}${title}`.replaceAll(/\s+/g, " ");

function textOf({ incidents, total }: AlertNotice): string {
  const lines = incidents.map(({ id, title, state, severity, family, affected, url, runbook }) =>
    [
      `${id} ${severity}, ${state}, ${family}${affected > 1 ? `, ${affected} affected` : ""}: ${title}`,
      `  ${url}`,
      ...(runbook === undefined ? [] : [`  runbook: ${runbook}`]),
    ].join("\n"),
  );
  const left = total - incidents.length;
  return [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join("\n");
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
