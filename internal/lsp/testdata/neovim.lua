-- Drives Neovim's own language client (0.7 or later) against callflow lsp; writes what came of it into result.json.
local got = {}

local function run()
  local buf = vim.api.nvim_get_current_buf()
  local client
  local config = { name = 'callflow', cmd = { vim.env.CALLFLOW, 'lsp' }, root_dir = vim.fn.getcwd() }
  client = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buf, client)

  local function wait(what, done)
    if not vim.wait(20000, done, 20) then error('waited for ' .. what) end
  end

  wait('problems', function() return #vim.diagnostic.get(buf) > 0 end)
  local d = vim.diagnostic.get(buf)[1]
  got.problem = (d.lnum + 1) .. ': ' .. tostring(d.code or d.user_data.lsp.code)

  -- place is where a word stands, behind its first letters.
  local function place(word, after)
    local line, col = unpack(vim.fn.searchpos('\\V' .. word, 'nw'))
    local text = vim.fn.getline(line)
    return { line = line - 1, character = vim.str_utfindex(text, col - 1 + (after or 0)) and select(2, vim.str_utfindex(text, col - 1 + (after or 0))) }
  end

  local function ask(method, params)
    params = params or {}
    params.textDocument = vim.lsp.util.make_text_document_params(buf)
    local answers, bad = vim.lsp.buf_request_sync(buf, method, params, 20000)
    local a = answers and answers[client]
    if bad or not a or a.err then error(method .. ': ' .. vim.inspect(bad or a)) end
    return a.result
  end

  vim.api.nvim_buf_set_lines(buf, -1, -1, false, { 'finally:', '  - await: any(participants, .info.' })
  local items = ask('textDocument/completion', { position = { line = vim.fn.line('$') - 1, character = 35 } })
  for _, item in ipairs(vim.lsp.util.extract_completion_items(items)) do
    if item.label == 'identity' then got.completion = item.label end
  end
  vim.api.nvim_buf_set_lines(buf, -3, -1, false, {})

  got.hover = vim.split(ask('textDocument/hover', { position = place('leg }} has') }).contents.value, '\n')[1]
  local at = ask('textDocument/definition', { position = place('outgoing }}', 2) })
  got.definition = at.uri:match('[^/]*$') .. ':' .. (at.range.start.line + 1)
  got.symbols = ask('textDocument/documentSymbol')[1].name
  got.lens = ask('textDocument/codeLens')[1].command.title
  vim.lsp.util.apply_workspace_edit(ask('textDocument/rename', { position = place('leg: call'), newName = 'colleague' }), 'utf-16')
  got.renamed = vim.fn.getline(vim.fn.search('𝄞 \\$', 'nw'))
end

local ok, bad = pcall(run)
if not ok then got.failed = bad end
local out = io.open('result.json', 'w')
out:write(vim.fn.json_encode(got))
out:close()
vim.cmd('qall!')
