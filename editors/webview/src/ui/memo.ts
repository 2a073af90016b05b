/** A component that is drawn again only when one of its props is another. */
import { Component, type ComponentType, type FunctionComponent, h } from "preact";

export function memo<P extends object>(inner: FunctionComponent<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return differ(this.props, next);
    }

    override render(props: P) {
      return h(inner, props);
    }
  };
}

function differ(one: object, other: object): boolean {
  const before = Object.entries(one);
  const after = new Map(Object.entries(other));
  return before.length !== after.size || before.some(([name, value]) => after.get(name) !== value);
}
