defmodule Ledger do
  def greeting, do: "open"
end
