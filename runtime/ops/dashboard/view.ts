import type { Operator } from "../operators/operator-of.ts";
import type { DashboardData, Visible } from "./dashboard-data.ts";
import type { Html } from "./parts.ts";

/** What a page is asked with. */
export interface ViewContext {
  data: DashboardData;
  operator: Operator;
  visible: Visible;
  /** Milliseconds since the epoch. */
  now: number;
  /** Of the path. */
  name: string;
  /** A parameter of the query; undefined where it is absent, empty or too long to be good. */
  query(parameter: string): string | undefined;
  /** What a form of this operator carries. */
  formToken: string;
  /** Idempotency key of what its forms ask for: sent twice it is done once. */
  formKey: string;
  /** Why what was asked for by a form was refused. */
  problem?: string;
}

/** One page: what it needs to know, and how that is shown. Of one whose model is the same nothing has changed. */
interface View<M> {
  path: string;
  /** In the navigation, where it is in it. */
  inNavigation?: string;
  /** Only for those who may see all families. */
  ofAllFamilies?: true;
  /** Whether the plane has what it shows. */
  has(data: DashboardData): boolean;
  /** @returns nothing where there is no such thing, or where it may not be seen */
  load(context: ViewContext): Promise<M | undefined>;
  title(model: M, context: ViewContext): string;
  /** Parts, each with an id. */
  render(model: M, context: ViewContext): Html;
}

export interface DashboardView extends Pick<View<unknown>, "path" | "inNavigation" | "ofAllFamilies" | "has"> {
  show(context: ViewContext): Promise<{ model: unknown; title: string; main(): Html } | undefined>;
}

export function view<M>({ load, title, render, ...rest }: View<M>): DashboardView {
  return {
    ...rest,
    async show(context) {
      const model = await load(context);
      if (model === undefined) return undefined;
      return { model, title: title(model, context), main: () => render(model, context) };
    },
  };
}

export const pageSize = 50;
