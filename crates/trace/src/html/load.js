// What an element names by `src` is loaded; one file has no such part.
