"""Tables of characters by their labels: PDS4 fixed and delimited, PDS3 with a structure file."""

import numpy as np
import pytest

from marsward.core.errors import DataError, InputError
from marsward.data.pds_tables import read_labelled_table

PDS4 = """<?xml version="1.0"?>
<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">
 <Identification_Area><logical_identifier>urn:x:y</logical_identifier>
  <title>A table</title></Identification_Area>
 <File_Area_Observational><File><file_name>t.csv</file_name></File>
  <Table_Delimited><records>2</records><field_delimiter>Comma</field_delimiter>
   <Record_Delimited>
    <Field_Delimited><name>SOL</name></Field_Delimited>
    <Field_Delimited><name>PRESSURE</name><unit>Pa</unit>
     <Special_Constants><missing_constant>-999</missing_constant></Special_Constants>
    </Field_Delimited>
   </Record_Delimited>
  </Table_Delimited>
 </File_Area_Observational>
</Product_Observational>
"""
COLUMNS = """OBJECT = COLUMN
  NAME = "SOL"
  START_BYTE = 1
  BYTES = 4
END_OBJECT = COLUMN
OBJECT = COLUMN
  NAME = "PRESSURE"
  UNIT = "PASCAL"
  START_BYTE = 6
  BYTES = 6
END_OBJECT = COLUMN
"""
PDS3 = """PDS_VERSION_ID = PDS3
^TIME_SERIES = ("t.tab", 1)
OBJECT = TIME_SERIES
  ROWS = 3
  ^STRUCTURE = "T.FMT"
END_OBJECT = TIME_SERIES
END
"""


def files(folder, **texts):
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_pds4_delimited(tmp_path):
    files(tmp_path, t_xml=PDS4, t_csv="SOL,PRESSURE\n3,700.5\n4,-999\n")
    held = read_labelled_table(tmp_path / "t.csv")
    assert held.facts["title"] == "A table"
    assert held.units == {"SOL": "", "PRESSURE": "Pa"}
    values = held.numbers("PRESSURE")
    assert values[0] == 700.5
    assert np.isnan(values[1])
    assert held.short == 0


def test_pds3_with_a_structure_file_and_rows_missing(tmp_path):
    files(tmp_path, t_lbl=PDS3, t_fmt=COLUMNS, t_tab="   3  700.5\n   4  701.5\n")
    held = read_labelled_table(tmp_path / "t.tab")
    assert held.numbers("PRESSURE").tolist() == [700.5, 701.5]
    assert held.units["PRESSURE"] == "PASCAL"
    assert held.short == 1


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"t_xml": PDS4, "t_csv": "3\n"}, "line 1: 1 values for the 2 columns"),
        ({"t_xml": "<broken", "t_csv": "3,4\n"}, "is no PDS4 label"),
        ({"t_xml": "<a/>", "t_csv": "3,4\n"}, "describes no table of characters"),
        ({"t_lbl": PDS3, "t_fmt": COLUMNS, "t_tab": "3\n"}, "line 1 is cut off"),
        ({"t_lbl": "PDS_VERSION_ID = PDS3\n", "t_tab": "3\n"}, "describes no table with columns"),
        ({"t_lbl": PDS3, "t_fmt": COLUMNS.replace("START_BYTE = 6", "START_BYTE = x"),
          "t_tab": "3\n"}, "column that is not whole"),
    ],
)  # fmt: skip
def test_bad_labels_are_data_errors(texts, says, tmp_path):
    files(tmp_path, **texts)
    label = tmp_path / next(iter(texts)).replace("_", ".")
    with pytest.raises(DataError, match=says):
        read_labelled_table(label)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="there is no table"):
        read_labelled_table(tmp_path / "t.tab")
    files(tmp_path, t_tab="3\n")
    with pytest.raises(InputError, match="has no label beside it"):
        read_labelled_table(tmp_path / "t.tab")
    files(tmp_path, t_lbl=PDS3)
    with pytest.raises(InputError, match=r"points at T\.FMT, which is not beside it"):
        read_labelled_table(tmp_path / "t.lbl")
