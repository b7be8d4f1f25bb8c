// What an element names by `src` is loaded; one file has no such part, and loads nothing.

loadFrom = async address => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.text()).trim() || `cannot load ${address}`);
  return new Uint8Array(await answer.arrayBuffer());
};
